// Why a point is in quarantine, in a person's words. What has no words yet is shown as it is.

const WORDS = {
  missing_lat: 'It has no latitude.',
  missing_lon: 'It has no longitude.',
  not_finite: 'Its place is no number: the phone had no position.',
  lat_out_of_range: 'Its latitude is not on earth (beyond 90 degrees).',
  lon_out_of_range: 'Its longitude is not on earth (beyond 180 degrees).',
  null_island: 'Its place is 0, 0: what phones say that have no position.',
  bad_time: 'Its time cannot be read.',
  time_out_of_range: 'Its time is older than satellite navigation: the phone’s clock was not set.',
  time_in_future: 'Its time lies ahead of the server’s clock. Look whether both clocks are right.',
  decrypt_failed: 'It is encrypted with another key than this server has for the device.',
  bad_json: 'It is cut short or no JSON.',
  bad_checksum: 'Its checksum is wrong: it was damaged on the way.',
  bad_number: 'A number in it cannot be read.',
  no_device: 'It does not say whose it is.',
};

export function reasonText(reason) {
  return WORDS[reason] ?? `The decoder says: ${reason}.`;
}
