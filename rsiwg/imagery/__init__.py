"""Delivered rasters against the rulebook, and their compliant copies; the only room that writes rasters."""

from rsiwg.imagery.comply import Change, Complied, Method, comply
from rsiwg.imagery.metadata import Stated
from rsiwg.imagery.opening import opened
from rsiwg.imagery.preview import Preview, preview
from rsiwg.imagery.scene import RasterScene, read_scene

__all__ = [
    "Change",
    "Complied",
    "Method",
    "Preview",
    "RasterScene",
    "Stated",
    "comply",
    "opened",
    "preview",
    "read_scene",
]
