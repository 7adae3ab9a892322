"""Prints what was measured: medians, with the smallest and the largest, and ratios round by round."""
import os
import platform
import statistics
import subprocess


def print_environment():
    nginx = subprocess.run(["nginx", "-v"], text=True, stderr=subprocess.PIPE,
                           check=False).stderr.strip()
    print(f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, {nginx}; "
          "load and servers share the cores")


def spread(values, unit):
    middle = statistics.median(values)
    return (f"{number(middle)} {unit} ({number(min(values))} to {number(max(values))}, "
            f"{len(values)} rounds)")


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def heading(text, command=None):
    print(f"\n{text}")
    if command:
        print(f"  $ {command}")


def row(name, values, unit):
    print(f"  {name:<28}{spread(values, unit)}", flush=True)


def ratio(name, ours, theirs, target):
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(f"  {name:<28}{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); "
          f"target {target}", flush=True)
