// The same about the word of the daemon, and about what the first process makes of it.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kUnsaid{
    "a failure that nobody reads",
    "An exit status is for scripts. The person gets one line on stderr, with the name of the "
    "program, also when the daemon died without a word.",
    "README.md#a-failure-that-nobody-reads; daemon/error.hh, print_error"};

inline const Advice kSaidBeside{
    "a failure said beside the channel",
    "A child that prints its own line has told the person half of it: no name of the program, and "
    "the first process then says that the daemon died without a word. Send it the message.",
    "README.md#a-failure-said-beside-the-channel; daemon/daemonize.hh, failed()"};

inline const Advice kLineTooMuch{
    "a line without a message",
    "Nobody had anything to say, and the name of the program with nothing behind it says less than "
    "nothing.",
    "README.md#a-line-without-a-message"};

inline const Advice kAsFormat{
    "a message used as a format",
    "A brace or a percent sign in the message is read as an order, and the text is the "
    "daemon's, not yours. Print it as an argument, or with a function that takes it as it is.",
    "README.md#a-message-used-as-a-format; daemon/error.hh, print_error; fprintf(3)"};

inline const Advice kEndOfView{
    "a view printed as a C string",
    "A std::string_view has a length, and nothing at its end says stop: data() for %s prints on "
    "until some zero byte. Print it as a view, or make a std::string of it.",
    "README.md#a-view-printed-as-a-c-string; daemon/error.hh, print_error"};

inline const Advice kLeftInBuffer{
    "a message left in the buffer",
    "stderr has no buffer by itself, but a program may have given it one, and _exit(2) writes "
    "none. fflush(stderr) behind the message, or print_error(), which needs no buffer.",
    "README.md#a-message-left-in-the-buffer; setvbuf(3); _exit(2)"};

inline const Advice kNotWaited{
    "a receive that does not wait",
    "The daemon lives, and its command never waited for a word. A Channel does not block: "
    "would_block says that nothing has come yet, which is no end. First poll(2), then receive().",
    "README.md#a-receive-that-does-not-wait; daemon/channel.hh"};

inline const Advice kOneCode{
    "one exit status for every failure",
    "The first byte of the word is the exit status that the daemon has chosen: 100 tells a "
    "script that a person must change something, 111 that it may try again.",
    "README.md#one-exit-status-for-every-failure; daemon/daemonize.hh, failed()"};

inline const Advice kRefusalIsUsage{
    "a refusal called a mistake",
    "The status that the daemon chooses with failed() arrives, and a step that the system refused "
    "was said with 100. It is kExitSystem, whatever the step: also a folder may be there again.",
    "README.md#a-refusal-called-a-mistake; daemon/error.hh, kExitSystem"};

inline const Advice kCutShort{
    "a message cut short",
    "How long the message is, and how many lines it has, is the daemon's to say. A line of one's "
    "own with room for so many bytes, or the first line alone, loses what the person needs.",
    "README.md#a-message-cut-short; daemon/error.hh, print_error"};

inline const Advice kFirstByte{
    "the exit status printed as text",
    "The message begins behind the first byte of the word: that one is the exit status, and 100 is "
    "the letter d.",
    "README.md#the-exit-status-printed-as-text; daemon/daemonize.hh, failed()"};

inline const Advice kWordForDeath{
    "a word taken for a death",
    "The daemon sends its word, and may close its end right after it. poll(2) then says POLLIN "
    "and POLLHUP at once. Receive first; only an end with nothing before it is a death.",
    "README.md#a-word-taken-for-a-death; poll(2), POLLHUP"};

inline const Advice kNoLineEnd{
    "a line without its end",
    "What the shell prints next, its prompt above all, stands behind the message in the same line. "
    "A message on stderr is a line: print_error() ends it.",
    "README.md#a-line-without-its-end; daemon/error.hh, print_error"};

inline const Advice kKilledByItsLine{
    "killed by its own message",
    "Nobody reads this stderr any more, so who writes to it gets SIGPIPE and is killed. The script "
    "sees a signal, where the word had told a status. print_error() writes without a signal.",
    "README.md#killed-by-its-own-message; pipe(7); daemon/error.hh, print_error"};

}  // namespace waymark::course::check
