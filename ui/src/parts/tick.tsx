/** A tick box in a row. After a click the keys belong to the list again: a focused field would keep them. */
export function Tick({ label, checked, mixed = false, onChange }: { label: string; checked: boolean; mixed?: boolean; onChange: () => void }) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      ref={(element) => {
        if (element !== null) element.indeterminate = mixed;
      }}
      onClick={(event) => {
        event.stopPropagation();
        if (event.detail > 0) event.currentTarget.blur();
      }}
      onChange={onChange}
      className="block size-3.5 accent-accent"
    />
  );
}
