/** The 404 page of `next dev` (_request/page-status.ts). Next renders it into every page, so it is as small as possible. */
export default function NotFound() {
  return 'This page or person does not exist.'
}
