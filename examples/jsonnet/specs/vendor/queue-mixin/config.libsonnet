{
  _config+:: {
    // Which series are those of the queue.
    queueSelector: 'job="queue"',
    // So many jobs may wait.
    backlogThreshold: 1000,
    // How long they may.
    backlogFor: '15m',
    dashboardTags: ['queue'],
  },
}
