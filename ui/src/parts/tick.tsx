/** A tick box in a row. It keeps Space; every other key is the list's. */
export function Tick({ label, checked, mixed = false, onChange }: { label: string; checked: boolean; mixed?: boolean; onChange: () => void }) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      ref={(element) => {
        if (element !== null) element.indeterminate = mixed;
      }}
      onClick={(event) => event.stopPropagation()}
      onChange={onChange}
      className="block size-3.5 accent-accent"
    />
  );
}
