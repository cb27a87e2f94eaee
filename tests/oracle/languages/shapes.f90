! SPDX-License-Identifier: Apache-2.0
! Modules, contained procedures, inlined calls and a COMMON block.
module shapes
  implicit none
  type :: circle
    real :: radius
  end type circle
  interface area
    module procedure area_of_circle
  end interface area
contains
  pure function area_of_circle(shape) result(value)
    type(circle), intent(in) :: shape
    real :: value
    value = square(shape%radius) * 3.14159
  end function area_of_circle

  pure elemental function square(x) result(y)
    real, intent(in) :: x
    real :: y
    y = x * x
    if (y < 0) y = -y
  end function square

  subroutine total(list, sum)
    type(circle), intent(in) :: list(:)
    real, intent(out) :: sum
    integer :: i
    sum = 0
    do i = 1, size(list)
      call add(list(i))
    end do
  contains
    subroutine add(shape)
      type(circle), intent(in) :: shape
      sum = sum + area(shape)
      if (sum > 1000) sum = 0
    end subroutine add
  end subroutine total
end module shapes

program main
  use shapes
  implicit none
  type(circle) :: list(10)
  real :: sum
  integer :: i, seen
  common /counters/ seen
  do i = 1, 10
    list(i)%radius = i
  end do
  call total(list, sum)
  seen = int(sum)
  print *, 'total', sum, seen
end program main
