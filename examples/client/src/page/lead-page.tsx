import { LeadListView } from '../leads/lead-list-view.js';
import { RecalculationView } from '../recalculation/recalculation-view.js';

export function LeadPage() {
  return (
    <main>
      <h1>Leads</h1>
      <RecalculationView />
      <LeadListView />
    </main>
  );
}
