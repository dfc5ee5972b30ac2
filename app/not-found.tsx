/** What `npm run dev` shows for a 404 (_request/page-status.ts). Next renders it into every page, so it is as small as can be. */
export default function NotFound() {
  return 'There is no such page, or no such person.'
}
