import type { Impact, MatrixPart, Priority, Urgency } from '@tierline/contracts';

/** The matrix of a desk that has none of its own. */
export const standardMatrix: MatrixPart = {
  low: { low: 'P4', medium: 'P3', high: 'P3' },
  medium: { low: 'P4', medium: 'P3', high: 'P2' },
  high: { low: 'P3', medium: 'P2', high: 'P1' },
  major: { low: 'P2', medium: 'P1', high: 'P1' },
};

/** Priority by impact and urgency. */
export const priorityOf = (impact: Impact, urgency: Urgency, matrix = standardMatrix): Priority =>
  matrix[impact][urgency];
