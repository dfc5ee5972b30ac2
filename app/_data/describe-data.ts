import { listSorts } from '../_models/user-list-query.ts'
import type { Site } from '../_site/site.ts'
import description from './openapi.json' with { type: 'json' }

/** The description of the data of `site` (OpenAPI): with its name and address, and without the fields that it hides. */
export function describeData({ name, url, hiddenFields }: Site): object {
  const { schemas, parameters } = description.components
  const isShown = (field: string) => !hiddenFields.some((hidden) => hidden === field)
  const user = {
    ...schemas.User,
    required: schemas.User.required.filter(isShown),
    properties: Object.fromEntries(Object.entries(schemas.User.properties).filter(([field]) => isShown(field))),
  }
  const sort = { ...parameters.sort, schema: { ...parameters.sort.schema, enum: listSorts(hiddenFields) } }
  return {
    ...description,
    info: { ...description.info, title: name },
    servers: [{ url: url ?? '/', description: name }],
    components: { ...description.components, parameters: { ...parameters, sort }, schemas: { ...schemas, User: user } },
  }
}
