import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ClauseTrace, Explanation } from '../../../pipeline/model.ts'
import { type PipelineExplanation, type PipelineView, readExplanation } from '../../api/pipelines.ts'
import { useResource } from '../../api/resource.ts'
import { CheckField } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import './why.css'

/** For every job of the file: in or out, and the rule that decided with the values that it saw. */
export function Why({ path, pipeline }: { readonly path: string; readonly pipeline: PipelineView }): JSX.Element {
  const explanation = useResource(`explanation:${pipeline.id}`, signal => readExplanation(path, pipeline.id, signal))
  return <Loaded of={explanation}>{data => <Explanations of={data} />}</Loaded>
}

export function Explanations({ of }: { readonly of: PipelineExplanation }): JSX.Element {
  const [onlyOut, setOnlyOut] = useState(false)
  const [text, setText] = useState('')
  const known = new Set(of.explanations.map(each => each.job))
  const others = of.left_out.filter(job => !known.has(job.name)).map(leftOut)
  const all = [...of.explanations, ...others]
  const shown = all.filter(each => (!onlyOut || !each.included) && each.job.toLowerCase().includes(text.toLowerCase()))
  return (
    <Panel>
      <div class="panel-head">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Name of a job"
            aria-label="Name of a job"
            value={text}
            onInput={event => setText(event.currentTarget.value)}
          />
        </div>
        <CheckField label="Only those left out" checked={onlyOut} onChange={setOnlyOut} />
      </div>
      {shown.length === 0 ? (
        <Empty
          icon="question"
          title={all.length === 0 ? 'Nothing is known of the rules of this pipeline' : 'No job is like that'}
        />
      ) : (
        <ul class="why">
          {shown.map(each => (
            <OneJob key={each.job} of={each} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function leftOut({ name, reason }: { readonly name: string; readonly reason: string }): Explanation {
  return { job: name, included: false, decidedBy: 'nothing', reason, rule: null, clauses: [] }
}

function OneJob({ of }: { readonly of: Explanation }): JSX.Element {
  return (
    <li class="why-job">
      <details>
        <summary>
          <span class="why-arrow">
            <Icon name="right" size={14} />
          </span>
          <span class={`why-mark ${of.included ? 'tone-green' : 'tone-grey'}`}>
            <Icon name={of.included ? 'check' : 'minus'} size={14} />
          </span>
          <strong class="clip">{of.job}</strong>
          <span class="tag">{of.included ? 'in' : 'out'}</span>
          <span class="soft">{of.reason}</span>
        </summary>
        {of.clauses.length === 0 ? (
          <p class="why-none">No rule was looked at: {of.included ? 'a job without rules is always in.' : of.reason}</p>
        ) : (
          <ol class="why-clauses">
            {of.clauses.map((clause, index) => (
              <Clause key={index} of={clause} />
            ))}
          </ol>
        )}
      </details>
    </li>
  )
}

function Clause({ of }: { readonly of: ClauseTrace }): JSX.Element {
  const values = Object.entries(of.values)
  return (
    <li class="why-clause">
      <span class={of.matched ? 'tag why-true' : 'tag'}>{of.matched ? 'true' : 'false'}</span>
      <div class="two-lines">
        <span>
          {of.rule !== null && <span class="soft">rule {of.rule}, </span>}
          <span class="soft">{of.clause}</span> <code>{of.text}</code> <span class="faint small">line {of.line}</span>
        </span>
        {values.length > 0 && (
          <span class="facts">
            {values.map(([name, value]) => (
              <span key={name}>
                <code>${name}</code>{' '}
                {value === null ? (
                  'is not set'
                ) : (
                  <>
                    is <code>{value === '' ? '""' : value}</code>
                  </>
                )}
              </span>
            ))}
          </span>
        )}
        {of.note && <span class="soft small">{of.note}</span>}
      </div>
    </li>
  )
}
