// Whether a server in the foreground ends when its terminal's window is closed.

#pragma once

namespace waymark::tracker {

// Whether SIGHUP says that the terminal is gone: there is one, and nobody has had the signal
// ignored, as nohup(1) does for who wants the server to stay. Ours is that of the session
// (/dev/tty, tty(4)), wherever standard output leads. Throws std::system_error.
bool lives_with_terminal();

}  // namespace waymark::tracker
