interface ChoiceProps<Value extends string> {
  readonly label: string;
  /** The values and their labels. */
  readonly names: Readonly<Record<Value, string>>;
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ label, names, value, onChoose }: ChoiceProps<Value>) {
  const values = Object.keys(names) as Value[];
  return (
    <label>
      {label}{' '}
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = values.find((one) => one === target.value);
          if (chosen !== undefined) onChoose(chosen);
        }}
      >
        {values.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
