"""Pictures as inline SVG, drawn from the protected counts of a report.

Our own few lines rather than a plotting library: colours are CSS variables, so that one file serves light, dark and
paper; every shape can carry a title for screen readers and pointers; and a report of 15 columns stays under 300 kB.
"""
