"""What ccache is told, so that it finds in one folder what was compiled from the same text in another: a
learner's copy that a test builds is compiled from what the suite has just compiled. The price: a stack trace may
name the other folder."""


def found_from_any_folder(root):
    """Variables for what compiles the checkout `root`. Ninja's paths are relative to the build folder, except in
    files that Meson itself writes to compile several sources in one go."""
    return {"CCACHE_NOHASHDIR": "true", "CCACHE_BASEDIR": str(root), "CCACHE_PCH_EXTSUM": "true",
            "CCACHE_SLOPPINESS": "pch_defines,time_macros"}
