import { useState, type ReactNode } from 'react';

interface Props {
  title: string;
  children?: ReactNode;
}

/** A panel. */
export function Panel({ title, children }: Props) {
  const [open, setOpen] = useState<boolean>(false);
  return (
    <Frame title={title} onClick={() => setOpen(!open)}>
      <ui.Icon name="arrow" />
      {children}
    </Frame>
  );
}

export const Button = (props: Props) => <button>{props.title}</button>;
