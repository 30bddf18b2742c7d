"""What `import mxnet` finds in a spawned process: it installs mxshim under that name."""
import sys

from mxshim import alias

del sys.modules["mxnet"]  # this file; the import that runs it answers with what takes its place
alias.install()
