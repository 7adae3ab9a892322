// The colours of the streets; land and water are those of the outline beneath (style.css), so that
// a region has no edge. Quiet: what matters on this map is drawn on top of it.

export const STREET_COLOURS = {
  light: {
    green: '#e3ecd6', wood: '#d9e6cb', field: '#f5f1e3', sand: '#f4ecd4', ice: '#f2f7f9', built: '#f1ede5', works: '#efebe8',
    care: '#f5e9e4', ground: '#f3f0e8', building: '#e6dfd3', buildingEdge: '#d8cfc0',
    highway: '#f6cf8b', highwayEdge: '#cf9f4e', major: '#fcebb9', majorEdge: '#d6bf84',
    minor: '#ffffff', minorEdge: '#d5cdbf', path: '#c2ae8c', rail: '#aaa59c', border: '#a99bb0',
    place: '#35352f', quarter: '#716c60', road: '#5f594c', water: '#45728a', spot: '#6f6758',
  },
  dark: {
    green: '#1d3530', wood: '#1a352c', field: '#1e2a2c', sand: '#2b2f2c', ice: '#22313a', built: '#1d2930', works: '#1f2a31',
    care: '#262930', ground: '#1c282f', building: '#25333c', buildingEdge: '#2f3f49',
    highway: '#6b5a37', highwayEdge: '#141c21', major: '#4d5148', majorEdge: '#141c21',
    minor: '#33434e', minorEdge: '#141c21', path: '#4b5450', rail: '#51606a', border: '#6d5f78',
    place: '#d5dfe4', quarter: '#8fa1ac', road: '#a9b7bf', water: '#6ea3bd', spot: '#93a2aa',
  },
};
