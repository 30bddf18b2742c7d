"""Where programs find the base class of texts about Symbols' operators (MXNet: mxnet.symbol_doc); ours are docstrings."""

__all__ = ["SymbolDoc"]


class SymbolDoc:
    """Base class of more to say about an operator, in the docstring of a class XxxDoc."""

    @staticmethod
    def get_output_shape(sym, **input_shapes) -> dict:
        """The shapes of a Symbol's outputs by their names, from shapes of its inputs by theirs."""
        _, shapes, _ = sym.infer_shape(**input_shapes)
        return dict(zip(sym.list_outputs(), shapes, strict=True))
