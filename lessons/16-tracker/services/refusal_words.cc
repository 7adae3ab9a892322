#include "services/refusal_words.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waymark::tracker {
namespace {

struct Sentence {
    std::string_view reason;
    std::string_view what;  // {field} and {who} are filled in
    std::string_view cure;
};

constexpr std::string_view kNewToken =
    "Make a new token for its device and set the app up with it; a token that was replaced no "
    "longer works.";
constexpr std::string_view kCopyAgain =
    "Copy the text for this app from the device's page once more, and change nothing in it.";
constexpr std::string_view kClock =
    "Set the phone's clock to automatic: it is ahead. The points stay in quarantine, where they "
    "can "
    "be read and deleted.";
constexpr std::string_view kSensor =
    "The phone had no good position when it sent this. If it happens all the time, the app needs "
    "the permission to use the precise location.";

constexpr std::array kSentences{
    Sentence{"unknown_device", "The app sends the identifier {who}, and no device has it.",
             "Add the identifier to the device that this phone is, or add a device with it."},
    Sentence{"bad_token", "The app sends a token that no device has: {who}.", kNewToken},
    Sentence{"bad_credentials", "The password in the app is no device's token: {who}.", kNewToken},
    Sentence{"no_credentials", "The app sends no token.",
             "Type the device's token into the app's field for the password or the token."},
    Sentence{
        "not_logged_in", "The app sent a position before it had logged in.",
        "Apps log in again by themselves. If it goes on: type the device's token as password."},
    Sentence{"missing_device", "The message does not say which device it is from.",
             "Set the device identifier in the app, or use the address with the token in it."},
    Sentence{"bad_number", "What the app sends as {field} is not a number.",
             "A placeholder in the app's address is misspelt, or the number has a comma. Copy the "
             "address from the device's page once more."},
    Sentence{"bad_escape", "What the app sends as {field} is garbled: a % without two digits.",
             kCopyAgain},
    Sentence{"too_many_fields", "The message has more fields than any app sends.", kCopyAgain},
    Sentence{"bad_json", "The message is not whole, or is of another format than its address says.",
             "Choose the format in the app that the device's page names. If there is a proxy, let "
             "it pass bodies of 768 KiB."},
    Sentence{"not_found", "The app sends to an address at which no app is heard.", kCopyAgain},
    Sentence{"method_not_allowed", "The app asks with a method that is not heard at this address.",
             "Set the method in the app to what the device's page says."},
    Sentence{"from_a_page", "A page in a web browser sent this, and not an app.",
             "Positions are taken from apps only, so that no page can make them up. There is "
             "nothing to do, unless you use a browser as a phone: take one of the apps."},
    Sentence{"too_many_guesses",
             "From this address came so many unknown names that new devices there have to wait.",
             "Correct the identifier in the app that sends the unknown ones. Ten seconds after "
             "each, one more is heard."},
    Sentence{"quarantine_full",
             "The point cannot be a position, and the quarantine for such points is full.",
             "Make room there: decode the points again, or delete them. The phone keeps its point "
             "meanwhile."},
    Sentence{"no_device", "The tracker sends positions before it says who it is.",
             "Set it to send its number first, or before each sentence, and give the number to the "
             "device as identifier."},
    Sentence{"bad_head", "A logger's message does not begin as its protocol says.",
             "Look whether it is set to send Sextant 1, and not another form, to this address."},
    Sentence{"bad_checksum", "A sentence of the tracker arrived garbled.",
             "One now and then is noise. If there are many, look at its cable or its modem."},
    Sentence{"missing_lat", "The position has no latitude.", kCopyAgain},
    Sentence{"missing_lon", "The position has no longitude.", kCopyAgain},
    Sentence{"not_finite", "The position is not a number: the app has none.", kSensor},
    Sentence{"lat_out_of_range", "The latitude is not between -90 and 90.",
             "Latitude and longitude may be exchanged in the app's address. Copy it from the "
             "device's page once more."},
    Sentence{"lon_out_of_range", "The longitude is not between -180 and 180.",
             "The app sends it in another form than degrees. Copy the address from the device's "
             "page once more."},
    Sentence{"null_island", "The position is 0, 0: what apps send when they know none.", kSensor},
    Sentence{"bad_time", "The time of the position cannot be read.",
             "The placeholder for the time may be misspelt in the app's address. Copy it from the "
             "device's page once more."},
    Sentence{"time_out_of_range", "The position says it is from before the year 2000.",
             "Set the phone's clock to automatic. An old tracker may count its weeks wrongly; it "
             "needs new software."},
    Sentence{"time_in_future", "The position says it is from a time that is still to come.",
             kClock},
    Sentence{"decrypt_failed", "The app encrypts its positions, and the key here is another one.",
             "Give the key that is set in OwnTracks: 'tracker device key NAME' asks for it. Then "
             "decode the points again in the quarantine."},
};

const Sentence* find(std::string_view reason) {
    const auto found =
        std::find_if(kSentences.begin(), kSentences.end(),
                     [&](const Sentence& sentence) { return sentence.reason == reason; });
    return found == kSentences.end() ? nullptr : &*found;
}

std::string with(std::string text, std::string_view place, std::string_view value) {
    const std::size_t at = text.find(place);
    if (at != std::string::npos) text.replace(at, place.size(), value);
    return text;
}

std::string quoted_name(const RefusalCase& refused) {
    const std::string& name = refused.called.empty() ? refused.who : refused.called;
    // What hides its rest is no name that anybody typed.
    if (refused.called.empty() && name.find("... (") != std::string::npos) return name;
    return fmt::format("\xE2\x80\x9C{}\xE2\x80\x9D", name);
}

// What the HTTP server could not read, or did not want to.
RefusalWords words_of_server(const RefusalCase& refused) {
    RefusalWords words;
    words.what = fmt::format("The request could not be read: {}.", refused.reason);
    words.cure =
        "No phone app sends this on purpose; scanners of the internet do. If it is your phone: "
        "the address in the app begins with http:// or is another server's.";
    if (refused.status == 0) {
        words.what = "It may not come in: its address is not on the list of those who may send.";
        words.cure =
            "If it is your phone: add a rule for the address to 'access-devices' in the "
            "configuration file, then 'tracker reload'.";
    } else if (refused.reason.find("TLS") != std::string::npos) {
        words.what = "The app speaks https, and the port for phones speaks http.";
        words.cure =
            "Let the address in the app begin with http://, or put a proxy before this server "
            "that ends the encryption.";
    } else if (refused.status == 408) {
        words.what = "The message came too slowly, and was cut off.";
        words.cure =
            "A bad connection does this, and the phone sends again. If it goes on: fewer positions "
            "in a message, or a longer 'body-timeout'.";
    } else if (refused.status == 413) {
        words.what = "The message is too large.";
        words.cure = "Set the app to fewer positions in a message; 1000 are the most.";
    }
    return words;
}

}  // namespace

RefusalWords words_for(const RefusalCase& refused) {
    const Sentence* const sentence = find(refused.reason);
    if (sentence == nullptr) return words_of_server(refused);
    RefusalWords words{std::string(sentence->what), std::string(sentence->cure)};
    words.what = with(std::move(words.what), "{field}",
                      refused.field.empty() ? std::string_view("a field") : refused.field);
    words.what = with(std::move(words.what), "{who}", quoted_name(refused));
    return words;
}

bool has_words(std::string_view reason) {
    return find(reason) != nullptr;
}

}  // namespace waymark::tracker
