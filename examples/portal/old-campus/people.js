/** Everybody whom the old campus knows, by card number. Their passwords may change. */
export function makePeople() {
  return new Map([
    [
      '213170001',
      {
        password: 'old-paifang',
        name: '王小明',
        schoolnum: '04217101',
        balance: '86.50',
        courses: [
          ['高等数学', '教一-101', '周一 1-2 节'],
          ['大学物理', '教二-305', '周三 3-4 节']
        ],
        loans: [['平凡的世界', '2026-03-31']]
      }
    ],
    [
      '213170002',
      {
        password: 'old-campus',
        name: '李雷',
        schoolnum: '04217102',
        balance: '12.00',
        courses: [['线性代数', '教三-202', '周二 1-2 节']],
        loans: []
      }
    ]
  ])
}
