import { ClickStats, definePlugin } from 'paifang'

export default definePlugin({
  name: 'banner',
  description: 'Puts one banner up, so that there is something to click.',
  needs: { clicks: ClickStats },

  setup(app, { clicks }) {
    app.addHook('onReady', () =>
      clicks.put({
        kind: 'banner',
        id: 'open-day',
        title: '校园开放日',
        url: 'https://www.example.edu/open-day',
        start: Date.UTC(2026, 0, 1),
        end: Date.UTC(2036, 0, 1)
      })
    )
  }
})
