"""One figure a file: frames in, a Plotly figure as a dictionary out."""
