import { useParams } from "react-router";
import { AllDocuments } from "./AllDocuments.js";
import { DocumentPage } from "./DocumentPage.js";

/** The documents of the tenant: all of them, or the one that the address names. */
export default function DocumentsPage() {
  const { documentKey } = useParams();
  return documentKey === undefined ? (
    <AllDocuments />
  ) : (
    <DocumentPage key={documentKey} documentKey={documentKey} />
  );
}
