"""mx.nd.utils: creation, saving and loading under their other address."""
from . import array as array
from . import empty as empty
from . import load as load
from . import load_frombuffer as load_frombuffer
from . import save as save
from . import zeros as zeros
