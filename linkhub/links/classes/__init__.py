"""Running Python `Link` classes, which are other people's code: a child process of a worker."""
