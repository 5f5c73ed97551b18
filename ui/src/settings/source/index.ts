// Adding, editing, trying a source and signing in to it. The settings page and the first start use the same form.

export { isSocketUrl, meantAddress } from "./problems";
export { SignInDialog } from "./sign-in";
export { SourceDialog } from "./source-dialog";
export { SourceForm, SourceFormFooter, useFormId } from "./source-form";
export { useSourceForm } from "./use-form";
