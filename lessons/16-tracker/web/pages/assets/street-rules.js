// How the streets look: rules for protomaps-leaflet over the layers of the Protomaps basemap
// (docs.protomaps.com/basemaps/layers). Rules later in the list are drawn on top; of the names, the
// earlier rule keeps its place. All sizes are in pixels by zoom.

import { STREET_COLOURS } from './street-colours.js';

const FONT_SIZE = 12;

const isService = ({ kind, kind_detail: detail }) => kind === 'other' || detail === 'service';
const isRamp = ({ kind, is_link: link }) => kind === 'highway' && Boolean(link);

// Roads from the least to the greatest: a narrow one must not cut through a wide one.
const ROADS = [
  { is: isService, name: 'minor', width: [[13, 0], [14, .8], [16, 3], [19, 12]] },
  { is: (props) => props.kind === 'minor_road' && !isService(props), name: 'minor',
    width: [[11, 0], [12, .7], [14, 2.4], [16, 7], [19, 22]] },
  { is: isRamp, name: 'highway', width: [[9, 0], [11, .8], [14, 3], [16, 7], [19, 18]] },
  { is: ({ kind }) => kind === 'major_road', name: 'major', width: [[6, 0], [8, .6], [12, 2], [14, 4], [16, 9], [19, 26]] },
  { is: (props) => props.kind === 'highway' && !isRamp(props), name: 'highway',
    width: [[3, 0], [5, .7], [10, 2], [13, 4], [16, 11], [19, 30]] },
];
const HIDDEN_OPACITY = 0.4; // of a road in a tunnel

const LAND = {
  green: ['park', 'village_green', 'playground', 'garden', 'golf_course', 'cemetery', 'recreation_ground', 'grass',
    'grassland', 'meadow', 'allotments', 'orchard', 'vineyard', 'pitch', 'zoo', 'nature_reserve', 'national_park',
    'protected_area', 'scrub', 'wetland', 'dog_park', 'stadium'],
  field: ['farmland', 'farmyard'],
  wood: ['wood', 'forest'],
  sand: ['sand', 'beach', 'barren', 'bare_rock'],
  ice: ['glacier'],
  built: ['residential', 'urban_area', 'commercial', 'retail'],
  works: ['industrial', 'railway', 'aerodrome', 'airfield', 'military', 'naval_base', 'quarry'],
  care: ['hospital', 'school', 'university', 'college', 'kindergarten'],
  ground: ['pedestrian', 'footway', 'platform', 'pier', 'runway', 'taxiway'],
};
const LAND_OF_KIND = new Map(Object.entries(LAND).flatMap(([name, kinds]) => kinds.map((kind) => [kind, name])));

const kindIs = (...kinds) => (zoom, { props }) => kinds.includes(props.kind);
const isOne = ({ kind, kind_detail: detail }, ...kinds) => kinds.includes(kind) || kinds.includes(detail);
const number = (value, otherwise) => (Number.isFinite(value) ? value : otherwise);
const landOf = ({ props }) => LAND_OF_KIND.get(props.kind);

// `colours` is the page's theme.
export function streetRules(colours) {
  const painter = new Painter(window.protomapsL, colours);
  return { paintRules: painter.paintRules(), labelRules: painter.labelRules() };
}

class Painter {
  constructor(library, { kind, land, sea, font }) {
    this.library = library;
    this.colours = { ...STREET_COLOURS[kind], land, sea };
    this.font = font;
  }

  width(stops, more = 0) {
    const width = this.library.exp(1.6, stops);
    return (zoom) => (width(zoom) > 0 ? width(zoom) + more : 0);
  }

  area(dataLayer, fill, filter, options = {}) {
    return { dataLayer, filter, symbolizer: new this.library.PolygonSymbolizer({ fill, ...options }) };
  }

  line(dataLayer, color, width, filter, options = {}) {
    return { dataLayer, filter, symbolizer: new this.library.LineSymbolizer(
      { color, width, lineCap: 'round', lineJoin: 'round', ...options }) };
  }

  paintRules() {
    const { library, colours } = this;
    const { Polygon, Line } = library.GeomType;
    const fillOfLand = (zoom, feature) => colours[landOf(feature)];
    const hasLand = (zoom, feature) => feature.geomType === Polygon && landOf(feature) !== undefined;
    // These lie over towns and fields, which are seen on them.
    const isReserve = ({ props }) => ['national_park', 'nature_reserve', 'protected_area'].includes(props.kind);
    return [
      this.area('earth', colours.land, (zoom, { geomType }) => geomType === Polygon),
      this.area('landcover', fillOfLand, hasLand),
      { ...this.area('landuse', colours.green, (zoom, feature) => hasLand(zoom, feature) && isReserve(feature)), minzoom: 8 },
      this.area('landuse', fillOfLand, (zoom, feature) => hasLand(zoom, feature) && !isReserve(feature)),
      this.area('water', colours.sea, (zoom, { geomType }) => geomType === Polygon),
      this.line('water', colours.sea, this.width([[7, 0], [9, .8], [14, 2.5], [19, 12]]),
        (zoom, { geomType, props }) => geomType === Line && isOne(props, 'river', 'canal')),
      this.line('water', colours.sea, this.width([[12, 0], [14, .8], [19, 4]]),
        (zoom, { geomType, props }) => geomType === Line && isOne(props, 'stream', 'ditch', 'drain')),
      { ...this.area('buildings', colours.building, (zoom, { geomType }) => geomType === Polygon,
        { stroke: colours.buildingEdge, width: .6 }), minzoom: 14 },
      ...this.wayRules(),
      ...this.roadRules(),
      this.line('boundaries', colours.border, this.width([[3, .6], [8, 1.2], [14, 2]]),
        (zoom, { props }) => number(props.kind_detail, 9) <= 4, { dash: [5, 3], lineCap: 'butt' }),
    ];
  }

  wayRules() {
    const { colours } = this;
    return [
      this.line('roads', colours.ground, this.width([[11, 0], [13, 5], [16, 24], [19, 60]]), kindIs('aeroway'), { lineCap: 'butt' }),
      { ...this.line('roads', colours.path, this.width([[13, .5], [16, 1.2], [19, 2.5]]), kindIs('path', 'pier', 'aerialway'),
        { dash: [3, 2], lineCap: 'butt' }), minzoom: 14 },
      this.line('roads', colours.water, this.width([[7, 0], [9, .7], [14, 1.2]]), kindIs('ferry'), { dash: [6, 4], lineCap: 'butt' }),
      this.line('roads', colours.rail, this.width([[8, 0], [10, .6], [14, 1.2], [19, 3]]), kindIs('rail')),
    ];
  }

  // All edges first: where roads meet, no edge lies across the other.
  roadRules() {
    const { colours } = this;
    const open = (is) => (zoom, { props }) => is(props) && !props.is_tunnel;
    const hidden = (is) => (zoom, { props }) => is(props) && Boolean(props.is_tunnel);
    const tunnels = ROADS.map(({ is, name, width }) =>
      this.line('roads', colours[name], this.width(width), hidden(is), { opacity: HIDDEN_OPACITY }));
    const edges = ROADS.map(({ is, name, width }) => (
      { ...this.line('roads', colours[`${name}Edge`], this.width(width, 1.6), open(is)), minzoom: 12 }));
    const faces = ROADS.map(({ is, name, width }) => this.line('roads', colours[name], this.width(width), open(is)));
    return [...tunnels, ...edges, ...faces];
  }

  text(dataLayer, fill, filter, { size = FONT_SIZE, weight = 500, kind = 'CenteredTextSymbolizer', ...options } = {}) {
    const sizeOf = typeof size === 'function' ? size : () => size;
    return { dataLayer, filter, ...options, symbolizer: new this.library[kind]({
      labelProps: this.names(), fill, stroke: this.colours.land, width: kind === 'LineLabelSymbolizer' ? 4 : 2,
      lineHeight: 1.4, position: this.library.LineLabelPlacement.Center, font: (zoom, feature) => `${weight} ${sizeOf(zoom, feature)}px ${this.font}` }) };
  }

  // In the reader's language where the map has it.
  names() {
    const languages = (navigator.languages ?? []).map((language) => language.split('-')[0].toLowerCase());
    return [...languages.slice(0, 1).map((language) => `name:${language}`), 'name'];
  }

  labelRules() {
    const { colours, library } = this;
    const { Point, Line } = library.GeomType;
    const shownFrom = (zoom, { props }) => number(props.min_zoom, 0) <= zoom + 1;
    return [
      this.text('places', colours.place, kindIs('country'), { size: 13, weight: 600, maxzoom: 7 }),
      this.text('places', colours.place, (zoom, feature) => feature.props.kind === 'locality' && shownFrom(zoom, feature),
        { size: placeSize, weight: 600, sort: (a, b) => number(b.population_rank, 0) - number(a.population_rank, 0) }),
      this.text('places', colours.quarter, kindIs('neighbourhood', 'macrohood'), { size: 11, minzoom: 14 }),
      this.text('water', colours.water, (zoom, { geomType, props }) => geomType === Point && props.name !== undefined,
        { size: 12, weight: 400 }),
      this.text('roads', colours.road, kindIs('highway', 'major_road'),
        { kind: 'LineLabelSymbolizer', size: 11.5, minzoom: 13 }),
      this.text('roads', colours.road, kindIs('minor_road', 'other', 'path'),
        { kind: 'LineLabelSymbolizer', size: 11, minzoom: 16 }),
      this.text('water', colours.water, (zoom, { geomType }) => geomType === Line,
        { kind: 'LineLabelSymbolizer', size: 11, weight: 400, minzoom: 14 }),
      this.text('pois', colours.spot, (zoom, feature) => shownFrom(zoom - 2, feature) && feature.props.name !== undefined,
        { size: 11, weight: 400, minzoom: 16 }),
    ];
  }
}

function placeSize(zoom, { props }) {
  const rank = number(props.population_rank, 0);
  const larger = zoom >= 10 ? 2 : 0;
  if (rank >= 11) return 15 + larger;
  if (rank >= 8) return 13 + larger;
  return FONT_SIZE;
}
