// OwnTracks in HTTP mode: a POST of one JSON object, {"_type":"location",...}, to /pub or
// /owntracks. The device is named by its token, which is the password in the app; what stands there
// for the user's and the device's name does not matter (protocols/credentials).
//
// The answer is a JSON array, for an app that reads anything else puts the message back into its
// queue. In it are the last places of the devices that this one may see, its friends: a location
// and a card for each, told apart by their `tid`.
//
// {"_type":"encrypted"} holds another message in NaCl's secretbox, with a key that the owner has
// given the device here as well; one that cannot be opened goes to quarantine. It is answered in
// the clear only where there is nothing to say.
//
// Messages without a place are acknowledged: iOS shows a refusal to its user and drops the message,
// and Android would repeat it for ever. Of those that say something, transitions and waypoints are
// not stored.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool owntracks_claims(const net::http::Request& request);
void owntracks_decode(const net::http::Request& request, const DeviceDirectory& devices,
                      UnixMillis now, Decoded& decoded);
// One that was kept in quarantine.
void owntracks_decode_again(std::string_view raw, const KnownDevice& device,
                            const std::optional<BoxKey>& key, UnixMillis received,
                            Decoded& decoded);

// What a broker delivers: the same object without `topic`, from the topic owntracks/USER/DEVICE, of
// which USER/DEVICE, in lower case, is the device's identifier. Of sub-topics (event, waypoint,
// ...) nothing is stored. The answer's status says what came of it; nobody is sent it.
void owntracks_decode_published(std::string_view topic, std::string_view payload,
                                const DeviceDirectory& devices, UnixMillis now, Decoded& decoded);

}  // namespace waymark::tracker
