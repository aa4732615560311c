/** What the preview can draw. A test holds the shipped dashboards against it, without installing this package. */

/** Kinds of panel. Grafana has more; none that it can't draw may pass for an empty one. */
export const drawablePanels = ['row', 'stat', 'timeseries'] as const
export type DrawablePanel = (typeof drawablePanels)[number]

/** Standard options of a field that are honoured. */
export const standardOptions = [
  'unit',
  'decimals',
  'min',
  'max',
  'thresholds',
  'color',
  'displayName',
  'noValue',
] as const

/** Those of a graph. */
export const graphOptions = [
  'drawStyle',
  'lineInterpolation',
  'lineWidth',
  'fillOpacity',
  'gradientMode',
  'barAlignment',
  'stacking',
  'axisPlacement',
  'axisLabel',
  'axisColorMode',
  'axisBorderShow',
  'axisCenteredZero',
  'axisSoftMin',
  'axisSoftMax',
  'scaleDistribution',
  'showPoints',
  'pointSize',
  'spanNulls',
  'insertNulls',
  'hideFrom',
  'thresholdsStyle',
] as const
