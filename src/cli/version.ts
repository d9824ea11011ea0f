// The one member by name: the manifest as a whole would be parsed at every start.
export { version } from '../../package.json';
