import { Component, type ComponentChild, type FunctionComponent, h } from 'preact'

/** Draws the component anew only when its properties differ. */
export function memo<Props extends object>(
  render: FunctionComponent<Props>,
  isSame: (before: Props, after: Props) => boolean,
): FunctionComponent<Props> {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !isSame(this.props as Props, next)
    }
    override render(): ComponentChild {
      return h(render, this.props as Props)
    }
  }
  return Memo as unknown as FunctionComponent<Props>
}
