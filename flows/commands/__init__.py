"""The commands of `threefutures`, by what they do; cli.py gathers them."""
