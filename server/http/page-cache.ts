import { createHmac, hash, type KeyObject } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { formatPageTag } from '../../app/_request/page-tag.ts'
import { readSite } from '../../app/_site/site.ts'

// The headers of a request that Next's answer depends on.
export const VARYING_HEADERS = ['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch', 'next-url']

export const VARY = [...VARYING_HEADERS, 'accept-encoding'].join(', ')

/**
 * X-Accel-Expires: until when nginx may serve a page whose data was read at `time` (milliseconds since 1970) without revalidation, which
 * is the end of that second. nginx, whose clock counts whole seconds, would make up to two seconds of s-maxage.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid
 */
export function accelExpires(time: number): string {
  return `@${Math.floor(time / 1_000)}`
}

// A shared cache may serve a page for a second; then it revalidates. A browser revalidates every time.
export const PAGE_CACHE_CONTROL = 'public, max-age=0, s-maxage=1, must-revalidate'

type PageRequest = Pick<IncomingMessage, 'url' | 'headers'>

/** What a page depends on besides its data. */
export function pageVariant({ url, headers }: PageRequest): (string | string[] | null | undefined)[] {
  return [url, ...VARYING_HEADERS.map((name) => headers[name] ?? null)]
}

/** A key of `pageVariant`, which is short however long the URL and the headers are. */
export function pageKey(request: PageRequest): string {
  return hash('sha256', JSON.stringify(pageVariant(request)), 'base64url')
}

/** The request for the document at the address of `request`: a visitor's browser asks for it, Next's router for the data of its page. */
export function documentRequest({ url }: PageRequest): PageRequest {
  return { url: url?.replace(/([?&])_rsc=[^&]*(?:&|$)/, '$1').replace(/[?&]$/, ''), headers: {} }
}

/**
 * The ETag of the page that `buildId` makes of `data` for `request` on this site. The same data has the same tag in every process, on every
 * host. An open page compares the parts of tags (app/_request/page-tag.ts).
 * @param rowIds the people whom the rows of the page show, in their order.
 */
export function pageTag(buildId: string, request: PageRequest, data: unknown, rowIds: number[] = []): string {
  return formatPageTag({
    build: digest(buildId, 8),
    rows: digest(rowIds.join(), 8),
    content: digest(JSON.stringify([readSite(), pageVariant(request), data]), 27),
  })
}

/** Whether one of the tags in an If-None-Match header is `tag`, compared weakly. */
export function isValidated(ifNoneMatch: string | undefined, tag: string): boolean {
  return ifNoneMatch?.split(',').some((given) => given.trim().replace(/^(?!W\/)/, 'W/') === tag) ?? false
}

/**
 * The nonce, in base64, of the scripts in the page with `tag`. The author of malicious data cannot predict it without `secret`, and a
 * stored page still fits the policy that comes with a 304.
 */
export function pageNonce(secret: KeyObject, tag: string): string {
  return createHmac('sha256', secret).update(tag).digest().subarray(0, 16).toString('base64')
}

function digest(text: string, length: number): string {
  return hash('sha256', text, 'base64url').slice(0, length)
}
