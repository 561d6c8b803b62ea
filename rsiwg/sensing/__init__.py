"""What a sensor on an orbit can really see: viewing geometry, resolution, footprints, access and revisit."""
