"""What real MXNet's image transforms give: `python tests/data/measure_transforms.py > tests/data/transforms_1.9.1.json`, with MXNet
1.9.1, and the same with 2.0.0b1. For each transform and dtype: the first result, and the sums of the next two."""
import json
import random
import warnings

import numpy as onp

CASES = {
    "ToTensor": "T.ToTensor()", "Resize": "T.Resize(4)", "Resize pair": "T.Resize((5, 3))", "Resize keep": "T.Resize(4, keep_ratio=True)",
    "Resize larger": "T.Resize((13, 11))", "CenterCrop": "T.CenterCrop(4)", "CenterCrop pair": "T.CenterCrop((5, 3))",
    "CenterCrop larger": "T.CenterCrop(10)", "CropResize": "T.CropResize(1, 2, 4, 3)", "CropResize size": "T.CropResize(1, 2, 4, 3, (6, 6), 1)",
    "RandomResizedCrop": "T.RandomResizedCrop(4)", "RandomCrop": "T.RandomCrop(4)", "RandomCrop pad": "T.RandomCrop(6, pad=2)",
    "RandomCrop larger": "T.RandomCrop(7)", "RandomFlipLeftRight": "T.RandomFlipLeftRight()", "RandomFlipTopBottom": "T.RandomFlipTopBottom()",
    "RandomBrightness": "T.RandomBrightness(0.5)", "RandomContrast": "T.RandomContrast(0.5)", "RandomSaturation": "T.RandomSaturation(0.5)",
    "RandomHue": "T.RandomHue(0.5)", "RandomColorJitter": "T.RandomColorJitter(0.5, 0.5, 0.5, 0.5)", "RandomLighting": "T.RandomLighting(0.1)",
    "RandomGray": "T.RandomGray(1.0)", "Compose": "T.Compose([T.Resize(4), T.ToTensor(), T.Normalize(0.5, 0.5)])",
    "RandomApply": "T.RandomApply(T.Resize(4), 0.5)", "Normalize": "T.Normalize((0.1, 0.2, 0.3), (1, 2, 3))", "Rotate": "T.Rotate(30)",
    "RandomRotation": "T.RandomRotation((-30, 30))", "RandomRotation seldom": "T.RandomRotation((-30, 30), rotate_with_proba=0.5)",
    "Rotate in": "T.Rotate(-30, zoom_in=True)", "Rotate out": "T.Rotate(30, zoom_out=True)",
}
PLANAR = ("Normalize", "Rotate", "RandomRotation")  # those that take (C, H, W)
IMAGE = onp.random.RandomState(0).randint(0, 256, (6, 8, 3)).astype("uint8")


def images(name):
    if name.startswith(PLANAR):
        return {"float32": (IMAGE / 255).astype("float32").transpose(2, 0, 1).copy()}
    return {"uint8": IMAGE, "float32": (IMAGE / 255).astype("float32")}


def measure(mx, T, module):
    found = {}
    for name, code in CASES.items():
        if not hasattr(T, code[2:code.index("(")]):
            continue
        for dtype, image in images(name).items():
            mx.random.seed(1)
            onp.random.seed(1)
            random.seed(1)
            transform = eval(code, {"T": T})
            results = [transform(module.array(image, dtype=dtype)) for _ in range(3)]
            arrays = [r.asnumpy().astype("float64") for r in results]
            found[f"{name} {dtype}"] = [onp.dtype(results[0].dtype).name, arrays[0].round(5).tolist(), [round(a.sum(), 3) for a in arrays[1:]]]
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    import mxnet
    from mxnet.gluon.data.vision import transforms

    later = mxnet.__version__.startswith("2")
    if later:
        mxnet.npx.set_np()
    print(json.dumps(measure(mxnet, transforms, mxnet.np if later else mxnet.nd)))
