"""What the judges found, for people, programs and the wall: console, JSON and one self-contained HTML file.

A report is meant to leave the house. It holds no category and no range that fewer than `rare_below` patients stand
behind, no single row, no extreme and no hash of any of them.
"""
