// PhoneTrack's paths (a Nextcloud app), so that its phones can move over with a new host and token:
//   .../logGet/TOKEN/NAME?lat=..., .../logPost/TOKEN/NAME      one position, as a form
//   .../logPostMultiple/TOKEN/NAME {"points":[[lat,lon,time,alt,acc,bat,
//                                                              sat,useragent,speed,bearing],...]}
//   .../log/osmand/TOKEN/NAME, .../log/gpslogger/TOKEN/NAME    other apps' forms, sent there
// under /index.php/apps/phonetrack or /apps/phonetrack. The token is ours; the name does not
// matter. The answer is {"done":1}.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool phonetrack_claims(const net::http::Request& request);
void phonetrack_decode(const net::http::Request& request, const DeviceDirectory& devices,
                       UnixMillis now, Decoded& decoded);
void phonetrack_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                             Decoded& decoded);

}  // namespace waymark::tracker
