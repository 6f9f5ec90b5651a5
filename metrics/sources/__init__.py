"""One module a source: its declaration and its parse(bytes). Importing a module registers its source."""
