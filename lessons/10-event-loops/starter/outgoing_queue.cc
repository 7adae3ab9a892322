// <write: what is to be written, each function with its contract and an empty body>
