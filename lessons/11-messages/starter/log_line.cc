// What a peer says becomes a part of our line. Above: first_letter(), which reads one letter of
// UTF-8 at the front of a text, its code and its length; U+FFFD of one byte where there is none.

// Write this. Appends `message` to `line`. A letter is escaped if it is
//
//   a control character: U+0000 to U+001F (line end, tab, ESC), U+007F to U+009F;
//   an end of a line that Unicode has: U+2028, U+2029;
//   a change of the direction of writing: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069;
//   a backslash, with which an escape begins;
//   not UTF-8. (U+FFFD itself has three bytes and is a letter like others.)
//
// Escaped: each of its bytes as a backslash, x, and two digits, 0 to 9 and a to f: \x0a, \xe2\x80\xae.
// Every other letter stays as it is.
//
// `line` has something in it already, and gets at most kLongestLine - 1 bytes long: a '\n' follows.
// Letters (and escaped ones) are appended as long as "..." still has room behind them; where one has
// not, "..." is appended, and that is the end. So no letter, and no escape, is cut in the middle.
void append_escaped(LineBuffer&, std::string_view) {
    static_cast<void>(&first_letter);
}

// Write this. "2026-11-21T22:49:06.123Z": UTC (gmtime_r(3)), whole milliseconds, rounded down, also
// before 1970. Four digits of the year, two of each other part, three of the milliseconds. The line
// is used by several threads, each with its own; the time zone of the process does not matter.
void append_iso_time(LineBuffer&, std::chrono::system_clock::time_point) {}
