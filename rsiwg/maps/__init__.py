"""Draws maps: a scene of layers goes in, a whole page comes out that loads nothing from outside.

The only room that knows folium.  It draws what it is given and computes nothing about it.
"""

from rsiwg.maps.answer import scene_of
from rsiwg.maps.assets import Assets
from rsiwg.maps.changes import scene_of_changes
from rsiwg.maps.delivery import delivery_scene
from rsiwg.maps.overflights import scene_of_accesses
from rsiwg.maps.page import draw
from rsiwg.maps.scene import Bounds, Feature, Group, Layer, Moment, Picture, Scene, Timeline
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
    "Moment",
    "Picture",
    "Scene",
    "Style",
    "Timeline",
    "delivery_scene",
    "draw",
    "scene_of",
    "scene_of_accesses",
    "scene_of_changes",
    "screening_scene",
    "simplify_for_drawing",
]
