/** What a tag is made of: hashes of the build, of the rows that a reader goes through, in their order, and of all that the page shows. */
type TagParts = { build: string; rows: string; content: string }

/** What changed between two tags of one address. */
export type PageChange = {
  /** Whether another build made the page: only a new document can show it. */
  isNewBuild: boolean
  /** Whether rows came, went or moved. */
  hasOtherRows: boolean
  hasOtherContent: boolean
}

const TAG = /^(?:W\/)?"([\w-]+)\.([\w-]+)\.([\w-]+)"$/

/**
 * The ETag with these parts, each in base64url. Weak, as the same page may come compressed or not:
 * https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1
 */
export function formatPageTag({ build, rows, content }: TagParts): string {
  return `W/"${build}.${rows}.${content}"`
}

/** What is different at `next` from `shown`. Everything is, when one of them is not a tag of Roster's. */
export function comparePageTags(shown: string, next: string): PageChange {
  const [, build, rows, content] = TAG.exec(shown) ?? []
  const [, nextBuild, nextRows, nextContent] = TAG.exec(next) ?? []
  return {
    isNewBuild: build === undefined || build !== nextBuild,
    hasOtherRows: rows === undefined || rows !== nextRows,
    hasOtherContent: content === undefined || content !== nextContent,
  }
}
