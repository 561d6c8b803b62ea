"""Draws maps: a scene of layers goes in, a whole page comes out that loads nothing from outside.

The only room that knows folium.  It draws what it is given and computes nothing about it.
"""

from rsiwg.maps.answer import scene_of
from rsiwg.maps.assets import Assets
from rsiwg.maps.page import draw
from rsiwg.maps.scene import Bounds, Feature, Group, Layer, Scene
from rsiwg.maps.screening import screening_scene
from rsiwg.maps.shaping import simplify_for_drawing
from rsiwg.maps.styles import STYLES, Style

__all__ = [
    "STYLES",
    "Assets",
    "Bounds",
    "Feature",
    "Group",
    "Layer",
    "Scene",
    "Style",
    "draw",
    "scene_of",
    "screening_scene",
    "simplify_for_drawing",
]
