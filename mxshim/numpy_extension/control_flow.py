"""mx.npx.control_flow: loops and branches under their other address."""
from ..array.control_flow import cond as cond
from ..array.control_flow import foreach as foreach
from ..array.control_flow import while_loop as while_loop
