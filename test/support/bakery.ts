/** A bakery: one who is to be renamed, two who have one another's addresses, and an inactive Basic user. */

export const BAKERY = {
  'export/users.csv': [
    'id,userName,email,active,authenticationType',
    '1,rye,rye@bakery.example,true,idp',
    '2,spelt@bakery.example,oat@bakery.example,true,idp',
    '3,oat@bakery.example,spelt@bakery.example,true,idp',
    '4,bran,bran@bakery.example,false,basic',
    '',
  ].join('\n'),
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
} as const;
