// Text made safe for HTML and XML. Whatever comes from a file, a program or a peer goes through
// here before it is put into a page; what has been escaped cannot open a tag, nor end an attribute
// in double quotes (HTML Standard, 13.2.5).

#pragma once

#include <string>
#include <string_view>

namespace waymark::net::http {

// & < > " as character references; all else as it is.
inline void append_escaped(std::string& out, std::string_view text) {
    for (const char byte : text) {
        switch (byte) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += byte;
        }
    }
}

inline std::string escaped(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

}  // namespace waymark::net::http
