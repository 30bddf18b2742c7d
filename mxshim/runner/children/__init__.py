"""A folder for sys.path: processes that multiprocessing spawns get our sys.path, but not the finder of `import mxnet`."""
