// Which names and passwords are taken, and the words for roles. Declared in accounts.hh and
// account.hh.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "store/accounts.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::size_t kLongestName = 64;  // bytes

struct Range {
    std::uint32_t first, last;
};

// Of Unicode 15: controls and line ends; formats (general category Cf), which are seen by nobody or
// turn what is around them; what is drawn as nothing (Default_Ignorable_Code_Point); and spaces
// other than the usual one (Zs, and the empty Braille cell).
constexpr Range kUnseen[] = {
    {0x00, 0x1F},       {0x7F, 0xA0},       {0xAD, 0xAD},       {0x34F, 0x34F},
    {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x890, 0x891},     {0x8E2, 0x8E2},     {0x115F, 0x1160},   {0x1680, 0x1680},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

// Of ten characters or more, what lists of stolen passwords have most often.
constexpr std::string_view kTooOften[] = {
    "0123456789", "1234567890", "12345678910", "123456789a",   "1q2w3e4r5t",   "1qaz2wsx3edc",
    "abcdefghij", "iloveyou12", "password12",  "password123",  "password1234", "qwerty12345",
    "qwertyuiop", "q1w2e3r4t5", "zaq12wsxcde", "administrator"};

// Of UTF-8.
std::uint32_t take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t character = length == 1 ? lead : lead & (0x7Fu >> length);
    for (const char byte : text.substr(1, length - 1))
        character = character << 6 | (static_cast<unsigned char>(byte) & 0x3Fu);
    text.remove_prefix(length);
    return character;
}

bool is_unseen(std::uint32_t character) {
    return std::ranges::any_of(kUnseen, [character](const Range& range) {
        return range.first <= character && character <= range.last;
    });
}

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& letter : result)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return result;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) (void)take_character(text);
    return count;
}

std::size_t count_different_bytes(std::string text) {
    std::ranges::sort(text);
    return static_cast<std::size_t>(std::unique(text.begin(), text.end()) - text.begin());
}

}  // namespace

std::string_view to_text(Role role) {
    return role == Role::admin ? "admin" : "member";
}

std::optional<Role> parse_role(std::string_view text) {
    if (text == "admin") return Role::admin;
    if (text == "member") return Role::member;
    return std::nullopt;
}

std::string folded_name(std::string_view name) {
    return folded(name);
}

// The name is not repeated in what is said: it may be what turns the line round.
void check_user_name(std::string_view name) {
    if (name.empty()) throw UsageError("the name is empty");
    if (name.size() > kLongestName)
        throw UsageError(fmt::format("the name is longer than {} bytes", kLongestName));
    if (!is_utf8(name)) throw UsageError("the name is not UTF-8");
    if (name.front() == ' ' || name.back() == ' ')
        throw UsageError("the name begins or ends with a space");
    if (name.find("  ") != name.npos) throw UsageError("the name has two spaces in a row");
    for (std::string_view rest = name; !rest.empty();)
        if (is_unseen(take_character(rest)))
            throw UsageError(
                "the name has a character that nobody sees, or an odd space: type it anew");
}

void check_password(std::string_view password, std::string_view name) {
    if (!is_utf8(password)) throw UsageError("the password is not UTF-8");
    if (password.size() > kLongestPassword)
        throw UsageError(fmt::format("the password is longer than {} bytes", kLongestPassword));
    if (count_characters(password) < kShortestPassword)
        throw UsageError(
            fmt::format("the password is shorter than {} characters: three or four words in a row "
                        "are easy to keep in mind",
                        kShortestPassword));
    const std::string plain = folded(password);
    if (plain == folded(name)) throw UsageError("the password is the name");
    if (count_different_bytes(plain) < 4 ||
        std::ranges::find(kTooOften, plain) != std::end(kTooOften))
        throw UsageError("this is one of the passwords that are tried first: choose another");
}

}  // namespace waymark::tracker
