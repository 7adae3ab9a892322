// By which app a message came, as far as its protocol says.

const APPS = {
  traccar: 'Traccar Client or alike',
  'traccar-json': 'Traccar Client',
  osmand: 'OsmAnd',
  gpslogger: 'GPSLogger',
  opengts: 'OpenGTS',
  owntracks: 'OwnTracks',
  overland: 'Overland',
  ulogger: 'μlogger',
  phonetrack: 'PhoneTrack',
  hauk: 'Hauk',
  colota: 'Colota',
  nmea: 'NMEA',
  gpsd: 'gpsd',
  sextant: 'Sextant',
};

export const appOf = (protocol) => APPS[protocol] ?? protocol;
