/** rest: JSON over HTTP, made from the table of operations. */
export { mountRest } from './mount.ts';
export { openApiOf, type ExampleValues, type OpenApiDocument, type OpenApiOperation } from './openapi.ts';
export { ROUTES, changes, hasBody, parametersOf, placesOf, type Route } from './routes.ts';
