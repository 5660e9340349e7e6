package config

import (
	"time"

	"go.yaml.in/yaml/v4"

	"toban/alerts"
)

const (
	leastWait, mostWait = time.Second, 24 * time.Hour
	mostRepeat          = 100
)

func (r *reader) escalations(c *Config, seen *names) take {
	c.Escalations, c.policyFields = map[string]alerts.Policy{}, map[string]string{}
	return func(n *yaml.Node, path string) {
		r.list(n, path, "escalations", func(n *yaml.Node, path string) {
			policy := r.policy(n, path, seen)
			if policy.Name != "" {
				seen.define("escalation", policy.Name, join(path, "name"))
				c.Escalations[policy.Name], c.policyFields[policy.Name] = policy, path
			}
		})
	}
}

func (r *reader) policy(n *yaml.Node, path string, seen *names) (policy alerts.Policy) {
	r.object(n, path, map[string]take{
		"name":   r.text(&policy.Name, checkName),
		"repeat": r.whole(&policy.Repeat, 0, mostRepeat),
		"steps": func(n *yaml.Node, path string) {
			r.list(n, path, "steps", func(n *yaml.Node, path string) {
				policy.Steps = append(policy.Steps, r.step(n, path, seen))
			})
			if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				r.wrong(path, n.Line, "an empty list", "at least one step, or nobody is ever paged")
			}
		},
	})
	r.require(n, path, "name", aName)
	r.require(n, path, "steps", "at least one step, or nobody is ever paged")
	return policy
}

func (r *reader) step(n *yaml.Node, path string, seen *names) (step alerts.Step) {
	const whom = `"rotation:NAME", "channel:#name", "@name", an e-mail or a Slack user id`
	r.object(n, path, map[string]take{
		"wait": r.duration(&step.Wait, leastWait, mostWait),
		"notify": func(n *yaml.Node, path string) {
			r.list(n, path, whom, func(n *yaml.Node, path string) {
				to, ok := readTarget(n.Value)
				if !ok {
					r.wrong(path, n.Line, found(n), whom)
					return
				}
				seen.use("rotation", to.Rotation, path)
				step.Notify = append(step.Notify, to)
			})
			if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				r.wrong(path, n.Line, "an empty list", "somebody to notify: "+whom)
			}
		},
	})
	r.require(n, path, "notify", "a list of "+whom)
	r.require(n, path, "wait", "how long they have to answer, such as 5m")
	return step
}

// require notes a key that a mapping must have and has not.
func (r *reader) require(n *yaml.Node, path, key, expected string) {
	if target(n).Kind == yaml.MappingNode && !r.names(join(path, key)) {
		r.wrong(join(path, key), n.Line, "nothing", expected)
	}
}
