import fc from 'fast-check';

// For mutation runs: that a property fails is all they ask. Looking for its smallest case takes longer than all the rest.
fc.configureGlobal({ endOnFailure: true });
