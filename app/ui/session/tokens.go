package session

import (
	"context"

	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/guard"
)

// HasResources reports whether the lab has several APIs, each with a token of its own.
func (s Screen) HasResources() bool { return lab.Rules(s.Lab).Offers(guard.ResourceIndicators) }

// OpenTokens shows which API takes which token. opener is the id of the button that was pressed.
func (c *Controller) OpenTokens(opener string) {
	c.OpenFrom(opener, DialogTokens)
}

// Tokens returns which API took which token, as far as the stage has come.
func (c *Controller) Tokens() timeline.TokenTable {
	if c.screen.Replay.On() {
		return timeline.TokenTableOf(c.untilStep())
	}
	return timeline.TokenTableOf(c.log.Events())
}

// HasAgent reports whether there is an agent that acts for Alice.
func (s Screen) HasAgent() bool { return s.Lab.Agent != "" }

// Delegate has the client hand the agent a task, to be done in a way; "" for its own.
func (c *Controller) Delegate(task string, ways ...string) {
	if len(ways) == 0 {
		ways = []string{""}
	}
	c.asClient(func(ctx context.Context, oauth *client.Client) error {
		for _, way := range ways {
			if _, err := oauth.Delegate(ctx, client.Task{Task: task, Way: way}); err != nil {
				return err
			}
		}
		return nil
	})
}

// DelegateAllWays has the agent do one task in every way that it knows.
func (c *Controller) DelegateAllWays() {
	part, _ := guard.FindPart(guard.IDAgentWay)
	c.Delegate(client.TaskBill, part.Values...)
}

// OpenWays shows side by side how the agent did its task in each way. opener is the id of the
// button that was pressed.
func (c *Controller) OpenWays(opener string) {
	c.OpenFrom(opener, DialogWays)
}

// Ways returns how the agent did its task in each way, as far as the stage has come.
func (c *Controller) Ways() []timeline.Way {
	if c.screen.Replay.On() {
		return timeline.WaysOf(c.untilStep())
	}
	return timeline.WaysOf(c.log.Events())
}

// CompareTokens has the client show each of its tokens to each API.
func (c *Controller) CompareTokens() {
	c.asClient(func(ctx context.Context, oauth *client.Client) error { return oauth.Compare(ctx) })
}
