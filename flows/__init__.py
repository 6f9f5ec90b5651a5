"""When it happens: the flows, the schedule and the command line. The only place with a clock and a network."""
